-- The blind index of an identity number is bytes 2 to 17 of a box of format 2 (PatientIdentityVault): found without another column to write.
create index prescriptions_of_patient on prescriptions.prescriptions (substring(identity from 3 for 16)) where substring(identity from 1 for 1) = '\x02';

-- How far a new key has come: one row per key that was ever made active.
create table prescriptions.identity_resealing (
    key_version int         not null primary key,
    after_id    uuid        not null default '00000000-0000-0000-0000-000000000000',
    resealed    bigint      not null default 0,
    finished_at timestamptz
);

-- Identities erased on lawful request (个人信息保护法 art. 47). The prescription, its history and its trace stay.
create table prescriptions.identity_erasures (
    prescription_id  uuid        not null primary key,
    institution_code text        not null,
    region_code      text        not null,
    subject          text        not null,
    role             text        not null,
    reason           text        not null,
    erased_at        timestamptz not null default now()
);
create trigger identity_erasures_append_only before update or delete or truncate on prescriptions.identity_erasures
    for each statement execute function prescriptions.refuse_change();

-- The access log tells searches and erasures too, and can be asked by region.
alter table prescriptions.identity_access
    alter column prescription_id drop not null,
    add column action text not null default 'reveal' check (action in ('reveal', 'search', 'erase')),
    add column region_code text not null default '',
    -- Where the reader works; the other code tells whose patient it was.
    add column subject_institution text not null default '',
    add column found int not null default 1;
alter table prescriptions.identity_access disable trigger identity_access_append_only;
update prescriptions.identity_access a set region_code = p.region_code, subject_institution = a.institution_code
from prescriptions.prescriptions p where p.id = a.prescription_id;
alter table prescriptions.identity_access enable trigger identity_access_append_only;

-- Newest first: an institution's, a region's, a reader's, a prescription's.
create index identity_access_of_institution on prescriptions.identity_access (institution_code, seq desc);
create index identity_access_of_region on prescriptions.identity_access (region_code text_pattern_ops, seq desc);
create index identity_access_of_subject on prescriptions.identity_access (subject, seq desc);
create index identity_access_of_prescription on prescriptions.identity_access (prescription_id, seq desc);
