const action = () => Promise.reject('refused');
