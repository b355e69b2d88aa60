class action {}
