var action;
