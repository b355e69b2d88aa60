function one( {
