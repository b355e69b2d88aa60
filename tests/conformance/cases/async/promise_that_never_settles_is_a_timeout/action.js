const action = () => new Promise(() => {});
