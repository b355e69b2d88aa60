function action(ctx, { setFirstName, setEmail }) { setFirstName('Ada'); setEmail('a@example.org'); }
