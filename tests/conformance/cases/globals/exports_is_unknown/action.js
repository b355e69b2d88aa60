exports.action = function () {};
