function first() { require('zitadel/http').fetch('https://elsewhere.example'); }
