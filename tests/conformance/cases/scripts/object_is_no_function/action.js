const action = { call() {} };
