-- 医联体、医共体: one leads, the others belong.
create table institutions.consortium (
    id          uuid        not null primary key,
    code        text        not null unique,
    name_zh     text        not null,
    name_en     text        not null,
    kind        text        not null check (kind in ('medical-alliance', 'county-community', 'specialist-alliance')),
    region_code text        not null references institutions.region (code),
    leader_id   uuid        not null references institutions.institution (id),
    status      text        not null default 'active' check (status in ('active', 'dissolved')),
    version     int         not null,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    grams       text[]      not null generated always as (institutions.grams(name_zh) || institutions.latin_grams(name_en)) stored
);

create index consortium_in_order on institutions.consortium (region_code collate "C", code collate "C");
create index consortium_by_leader on institutions.consortium (leader_id);

create table institutions.consortium_member (
    consortium_id  uuid not null references institutions.consortium (id),
    institution_id uuid not null references institutions.institution (id),
    primary key (consortium_id, institution_id)
);

create index consortium_member_by_institution on institutions.consortium_member (institution_id);
