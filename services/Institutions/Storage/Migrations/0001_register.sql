-- Who exists: regions, institutions and the people who act for them.
create schema institutions;

create table institutions.region (
    code       text             not null primary key check (code ~ '^[1-9][0-9]{5}$'),
    parent     text             references institutions.region (code),
    name_zh    text             not null,
    name_en    text             not null,
    population int              not null default 0 check (population >= 0),
    longitude  double precision not null,
    latitude   double precision not null
);

create table institutions.institution (
    id               uuid        not null primary key,
    code             text        not null unique check (length(code) = 18),
    name_zh          text        not null,
    name_en          text        not null,
    kind             text        not null check (kind in ('hospital', 'community', 'clinic', 'pharmacy', 'decoction', 'quality',
                                                          'manufacturer', 'planting', 'regulator', 'operator')),
    level            text        not null default '',
    region_code      text        not null references institutions.region (code),
    longitude        double precision check (longitude between -180 and 180),
    latitude         double precision check (latitude between -90 and 90),
    status           text        not null default 'active' check (status in ('active', 'suspended')),
    suspended_reason text,
    -- Counts the changes; it is the ETag and the version of the events.
    version          int         not null,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    check ((longitude is null) = (latitude is null)),
    check ((status = 'suspended') = (suspended_reason is not null))
);

-- A regulator's list: one region's subtree, by name.
create index institution_by_region on institutions.institution (region_code text_pattern_ops, name_zh);

create table institutions.practitioner (
    id                     uuid        not null primary key,
    code                   text        not null unique,
    institution_id         uuid        not null references institutions.institution (id),
    name                   text        not null,
    category               text        not null check (category in ('physician', 'pharmacist', 'dispenser', 'decoction-worker')),
    title                  text        not null default '',
    may_prescribe_toxic    boolean     not null,
    may_prescribe_narcotic boolean     not null,
    version                int         not null,
    created_at             timestamptz not null default now(),
    check (category = 'physician' or not (may_prescribe_toxic or may_prescribe_narcotic))
);

-- An institution's people.
create index practitioner_by_institution on institutions.practitioner (institution_id, code);
