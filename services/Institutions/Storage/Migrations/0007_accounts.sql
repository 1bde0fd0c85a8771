-- Programs and people in one table, so that a name means one account wherever it is recorded; several secrets a program, so that one can
-- be exchanged while the other still works; who changed what; and what was revoked before its time.

create table institutions.account (
    name            text        not null primary key,
    kind            text        not null check (kind in ('client', 'user')),
    display_name    text        not null,
    institution_id  uuid        not null references institutions.institution (id),
    roles           text[]      not null,
    -- A screen on a wall: may stay signed in for long, and may only read.
    display         boolean     not null default false,
    -- The password was given by somebody else and must be changed before anything else is done.
    must_change     boolean     not null default false,
    -- Tokens carry it; raising it ends them all.
    epoch           int         not null default 1,
    disabled_at     timestamptz,
    disabled_reason text,
    last_sign_in_at timestamptz,
    -- Counts the changes; it is the ETag.
    version         int         not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    check ((disabled_at is null) = (disabled_reason is null)),
    check (kind = 'user' or not (display or must_change))
);

-- An institution's programs and people, by name; and all within reach by name.
create index account_by_institution on institutions.account (institution_id, kind, name);
create index account_by_kind on institutions.account (kind, name);

-- Kept as a salted PBKDF2 hash only. `lookup` is the public head of a generated secret and tells which row to check, so that checking
-- takes as long with five secrets as with one; empty for a password.
create table institutions.secret (
    id           uuid        not null primary key,
    account      text        not null references institutions.account (name),
    lookup       text        not null default '',
    hash         text        not null,
    created_at   timestamptz not null default now(),
    created_by   text        not null,
    -- From then on it is not accepted any more.
    retire_at    timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz
);

create unique index secret_of_account on institutions.secret (account, lookup) where revoked_at is null;

insert into institutions.account (name, kind, display_name, institution_id, roles, disabled_at, disabled_reason, created_at)
select id, 'client', name, institution_id, roles, disabled_at, case when disabled_at is not null then '' end, created_at
from institutions.client
union all
select name, 'user', display_name, institution_id, roles, disabled_at, case when disabled_at is not null then '' end, created_at
from institutions.app_user;

insert into institutions.secret (id, account, hash, created_at, created_by)
select gen_random_uuid(), id, secret_hash, created_at, '' from institutions.client
union all
select gen_random_uuid(), name, password_hash, created_at, '' from institutions.app_user;

drop table institutions.client;
drop table institutions.app_user;

-- Who did what to which account, append-only.
create table institutions.account_history (
    seq         bigint      not null generated always as identity primary key,
    account     text        not null,
    action      text        not null,
    -- Before and after where there is such a thing; never a secret.
    detail      jsonb       not null,
    actor       text        not null,
    occurred_at timestamptz not null
);

create index account_history_of on institutions.account_history (account, seq);

create or replace function institutions.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name;
end $$;
create trigger account_history_append_only before update or delete or truncate on institutions.account_history
    for each statement execute function institutions.refuse_change();

-- What no longer holds although its token has not expired: a session (or all that was issued for one secret), or an account's tokens below
-- an epoch. Kept until the last such token has expired.
create table institutions.revocation (
    seq        bigint      not null generated always as identity primary key,
    session    uuid,
    account    text,
    epoch      int,
    revoked_at timestamptz not null,
    check (num_nonnulls(session, account) = 1 and (account is null) = (epoch is null))
);

create index revocation_by_age on institutions.revocation (revoked_at);
create index revocation_of_session on institutions.revocation (session) where session is not null;

-- One after another, so that who has read up to a number has missed none below it.
create function institutions.revoke(session uuid, account text, epoch int, at timestamptz) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(8386667269189955329);
    insert into institutions.revocation (session, account, epoch, revoked_at) values (session, account, epoch, at);
end $$;

-- Withdrawn: retired, and believed no longer.
alter table institutions.signing_key drop constraint signing_key_status_check;
alter table institutions.signing_key add check (status in ('current', 'next', 'retired', 'withdrawn'));
