// Draws random numbers and identifiers, many of each. Nothing is left: the next run has a
// seed of its own.
function leave() { for (let i = 0; i < 1000; i++) Math.random(), require('zitadel/uuid').v4(); }
