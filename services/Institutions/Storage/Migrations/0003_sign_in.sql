-- Who may sign in, and with which keys their tokens are signed.

-- Programs (client credentials). The secret is kept as a salted PBKDF2 hash only.
create table institutions.client (
    id             text        not null primary key,
    secret_hash    text        not null,
    name           text        not null,
    institution_id uuid        not null references institutions.institution (id),
    roles          text[]      not null,
    disabled_at    timestamptz,
    created_at     timestamptz not null default now()
);

-- People (browser).
create table institutions.app_user (
    name           text        not null primary key,
    password_hash  text        not null,
    display_name   text        not null,
    institution_id uuid        not null references institutions.institution (id),
    roles          text[]      not null,
    disabled_at    timestamptz,
    created_at     timestamptz not null default now()
);

-- Failures since the last success, per name and caller's address ('*': any address). Names that do not exist are counted too, so that
-- a lock tells nobody which names do. Old rows are removed as new ones come.
create table institutions.sign_in_failure (
    kind         text        not null check (kind in ('client', 'user')),
    name         text        not null,
    address      text        not null,
    failures     int         not null,
    last_at      timestamptz not null,
    locked_until timestamptz,
    primary key (kind, name, address)
);

create index sign_in_failure_by_age on institutions.sign_in_failure (last_at);

-- ES256 keys. One signs, one is already published and signs next, the retired stay published until their last token has expired.
create table institutions.signing_key (
    kid               text        not null primary key,
    status            text        not null check (status in ('current', 'next', 'retired')),
    public_x          text        not null,
    public_y          text        not null,
    -- PKCS#8 under AES-256-GCM: version (1 byte), nonce (12), tag (16), ciphertext; the kid is authenticated with it.
    private_encrypted bytea       not null,
    created_at        timestamptz not null,
    activated_at      timestamptz,
    retired_at        timestamptz
);

create unique index signing_key_one_each on institutions.signing_key (status) where status in ('current', 'next');
