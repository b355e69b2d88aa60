var action = null;
