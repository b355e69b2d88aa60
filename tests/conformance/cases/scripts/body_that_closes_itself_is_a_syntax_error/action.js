function action() {}
}, function () {
