const action = 3;
