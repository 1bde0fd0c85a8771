-- Where else grams of a lot can be. In a script of its own: a value of an enum may be used only after the transaction that added it.
alter type pharmacy.account add value 'found';
alter type pharmacy.account add value 'transfer-in';
alter type pharmacy.account add value 'in-transit';
alter type pharmacy.account add value 'transfer-out';
