const one = () => new Promise(() => {});
