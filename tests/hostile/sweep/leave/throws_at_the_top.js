// Throws before there is a function: V8 gives up the loop that serves jobs, which begins
// anew. Nothing is left: the stack below the next script is what it would have been.
leak = 1;
throw { toString() { leak = 2; return 'leak'; } };
