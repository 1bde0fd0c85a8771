-- Which numbering of facts this is. A rebuild keeps it; another database is another one, and tokens of the one mean nothing in the other.
alter table cockpit.position add column log uuid not null default gen_random_uuid();
