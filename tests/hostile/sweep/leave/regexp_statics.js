// The last match, by every way to make one. Nothing is left.
function leave() {
  'leak'.replace(/(l)(e)(a)(k)/, () => 'x');
  [...'leak'.matchAll(/(l)|(e)|(a)|(k)/g)];
  'leak'.split(/(e)/);
  /(leak)/y.test('leak');
  RegExp.input = 'leak';
  RegExp.$_ = 'leak';
  class Mine extends RegExp {}
  new Mine('(le)(ak)').exec('leak');
}
