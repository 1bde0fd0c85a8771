-- Releases of the catalogue as they were published; the newest answers.
create table pharmacy.catalogue_copies (
    publication  bigint      not null primary key,
    release      text        not null,
    archive      bytea       not null,
    published_at timestamptz not null
);
