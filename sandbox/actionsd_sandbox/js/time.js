// Go's time.Time as actions see it (spec 1.8): a host object, not a Date.

const PATTERN = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)$/;
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const ZERO = '0001-01-01T00:00:00Z';

const pad = (value, width, fill = '0') => `${value}`.padStart(width, fill);

// time.Month and time.Weekday: a number that has a name when it is written out.
class Named {
  #value; #names;
  constructor(value, names) { this.#value = value; this.#names = names; }
  valueOf() { return this.#value; }
  toString() { return this.#names; }
  string() { return this.#names; }
  toJSON() { return this.#value; }
}

class Time {
  #text;
  #parts; // parsed when first asked for: most scripts never look at most times

  constructor(text) { this.#text = text === '' ? ZERO : text; }

  static valid(text) {
    const match = PATTERN.exec(text);
    return match !== null && match[2] >= '01' && match[2] <= '12' && match[4] <= '23' && match[5] <= '59' && match[6] <= '59'
      && match[3] >= '01' && Number(match[3]) <= new Date(Date.UTC(Number(match[1]), Number(match[2]), 0)).getUTCDate();
  }

  #read() {
    if (this.#parts !== undefined) return this.#parts;
    const [, year, month, day, hour, minute, second, fraction = '', zone] = PATTERN.exec(this.#text);
    const offset = zone.length === 1 ? 0 : (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
    // Date.UTC reads years below 100 as 19xx; setUTCFullYear does not.
    const wall = new Date(0);
    wall.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
    wall.setUTCHours(Number(hour), Number(minute), Number(second));
    this.#parts = { wall, nanos: Number(fraction.padEnd(9, '0')), offset, seconds: wall.getTime() / 1000 - offset * 60 };
    return this.#parts;
  }

  unix() { return this.#read().seconds; }
  unixMilli() { const { seconds, nanos } = this.#read(); return seconds * 1000 + Math.floor(nanos / 1e6); }
  unixMicro() { const { seconds, nanos } = this.#read(); return seconds * 1e6 + Math.floor(nanos / 1e3); }
  unixNano() { const { seconds, nanos } = this.#read(); return seconds * 1e9 + nanos; }
  year() { return this.#read().wall.getUTCFullYear(); }
  month() { const month = this.#read().wall.getUTCMonth(); return new Named(month + 1, MONTHS[month]); }
  day() { return this.#read().wall.getUTCDate(); }
  hour() { return this.#read().wall.getUTCHours(); }
  minute() { return this.#read().wall.getUTCMinutes(); }
  second() { return this.#read().wall.getUTCSeconds(); }
  nanosecond() { return this.#read().nanos; }
  weekday() { const day = this.#read().wall.getUTCDay(); return new Named(day, DAYS[day]); }
  yearDay() {
    const { wall } = this.#read();
    const first = new Date(wall);
    first.setUTCMonth(0, 1);
    return Math.round((wall - first) / 864e5) + 1;
  }
  isZero() { const { seconds, nanos } = this.#read(); return seconds === -62135596800 && nanos === 0; }
  compare(other) {
    const a = this.#read(), b = other.#read();
    return Math.sign(a.seconds - b.seconds) || Math.sign(a.nanos - b.nanos);
  }
  before(other) { return this.compare(other) < 0; }
  after(other) { return this.compare(other) > 0; }
  equal(other) { return this.compare(other) === 0; }
  format(layout) { return format(this.#read(), `${layout}`); }
  toString() { return format(this.#read(), '2006-01-02 15:04:05.999999999 -0700 MST'); }
  string() { return this.toString(); }
  toJSON() { return format(this.#read(), '2006-01-02T15:04:05.999999999Z07:00'); }
}

// The elements of a Go layout, longest first where one is the beginning of another.
const ELEMENTS = /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|15|01|02|03|04|05|06|002|__2|_2(?!006)|PM|pm|Z070000|Z07:00:00|Z0700|Z07:00|Z07|-070000|-07:00:00|-0700|-07:00|-07|[.,]0+(?!\d)|[.,]9+(?!\d)|1|2|3|4|5/g;

function zone(offset, separator, minutes) {
  const size = Math.abs(offset);
  const hours = pad(Math.floor(size / 60), 2);
  return (offset < 0 ? '-' : '+') + hours + (minutes ? separator + pad(size % 60, 2) : '');
}

function format({ wall, nanos, offset }, layout) {
  return layout.replace(ELEMENTS, (element) => {
    const hour = wall.getUTCHours();
    switch (element) {
      case 'January': return MONTHS[wall.getUTCMonth()];
      case 'Jan': return MONTHS[wall.getUTCMonth()].slice(0, 3);
      case 'Monday': return DAYS[wall.getUTCDay()];
      case 'Mon': return DAYS[wall.getUTCDay()].slice(0, 3);
      case 'MST': return offset === 0 ? 'UTC' : zone(offset, '', true);
      case '2006': return pad(wall.getUTCFullYear(), 4);
      case '06': return pad(wall.getUTCFullYear() % 100, 2);
      case '01': return pad(wall.getUTCMonth() + 1, 2);
      case '1': return `${wall.getUTCMonth() + 1}`;
      case '02': return pad(wall.getUTCDate(), 2);
      case '_2': return pad(wall.getUTCDate(), 2, ' ');
      case '2': return `${wall.getUTCDate()}`;
      case '002': return pad(dayOfYear(wall), 3);
      case '__2': return pad(dayOfYear(wall), 3, ' ');
      case '15': return pad(hour, 2);
      case '03': return pad(hour % 12 || 12, 2);
      case '3': return `${hour % 12 || 12}`;
      case '04': return pad(wall.getUTCMinutes(), 2);
      case '4': return `${wall.getUTCMinutes()}`;
      case '05': return pad(wall.getUTCSeconds(), 2);
      case '5': return `${wall.getUTCSeconds()}`;
      case 'PM': return hour < 12 ? 'AM' : 'PM';
      case 'pm': return hour < 12 ? 'am' : 'pm';
    }
    if (element[0] === '.' || element[0] === ',') return fraction(element, nanos);
    if (element[0] === 'Z' && offset === 0) return 'Z';
    const seconds = element.endsWith('0000') || element.endsWith(':00:00');
    const separator = element.includes(':') ? ':' : '';
    return zone(offset, separator, element.length > 3) + (seconds ? separator + '00' : '');
  });
}

function fraction(element, nanos) {
  const digits = pad(nanos, 9).slice(0, element.length - 1);
  if (element[1] === '0') return element[0] + digits;
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? '' : element[0] + trimmed;
}

function dayOfYear(wall) {
  const first = new Date(wall);
  first.setUTCMonth(0, 1);
  return Math.round((wall - first) / 864e5) + 1;
}

kernel.Time = Time;
kernel.Named = Named;
kernel.exposed = [Time, Named];
