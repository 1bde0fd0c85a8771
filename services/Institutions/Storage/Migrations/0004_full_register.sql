-- The register in full: regions that are maintained, what a licence says of an institution, people with grades, mentors and places of
-- practice.

-- The pieces of a text by which it is found: every 1, 2 and 3 characters of it that follow one another, in lower case. Serves Chinese,
-- where two characters are a word, whatever the locale of the server.
create function institutions.grams(words text) returns text[]
language sql immutable strict parallel safe as $$
    select array(select distinct substr(lower(words), i, n)
                 from generate_series(1, 3) n, generate_series(1, length(words) - n + 1) i)
$$;

-- Latin text is long and its pairs say little: only every 3 characters.
create function institutions.latin_grams(words text) returns text[]
language sql immutable strict parallel safe as $$
    select array(select distinct substr(lower(words), i, 3) from generate_series(1, length(words) - 2) i)
$$;

alter table institutions.region
    add id         uuid        not null default gen_random_uuid(),
    add retired_at timestamptz,
    add version    int         not null default 1,
    add updated_at timestamptz not null default now(),
    add unique (id),
    -- GB/T 2260: the digits say which region lies above, so a tree by the digits has no cycle.
    add constraint region_parent_by_digits check (
        parent is not distinct from case when code like '__0000' then null
                                         when code like '____00' then left(code, 2) || '0000'
                                         else left(code, 4) || '00' end);

alter table institutions.institution
    drop constraint institution_kind_check,
    add check (kind in ('hospital', 'tcm-hospital', 'community', 'station', 'clinic', 'pharmacy', 'decoction', 'quality', 'manufacturer',
                        'planting', 'regulator', 'operator')),
    add ownership          text   not null default 'public' check (ownership in ('public', 'private')),
    add address_zh         text   not null default '',
    add licence_number     text   not null default '',
    add licence_expires_on date,
    add beds               int    not null default 0 check (beds >= 0),
    add tcm_hall           boolean not null default false,
    -- [{"code": "50.01", "nameZh": "…"}] by the code; nameZh is the institution's own name of it.
    add departments        jsonb  not null default '[]',
    add grams              text[] not null generated always as (institutions.grams(name_zh) || institutions.latin_grams(name_en)) stored;

drop index institutions.institution_by_region;
-- The list and its keyset; a regulator's part is one range of it.
create index institution_in_order on institutions.institution (region_code collate "C", name_zh collate "C", code collate "C");
-- Search by name; by the beginning of the code.
create index institution_by_gram on institutions.institution using gin (grams);
create index institution_by_code on institutions.institution (code collate "C");

alter table institutions.practitioner
    add licence_number     text   not null default '',
    add licence_expires_on date,
    add grade              text   not null default '' check (grade in ('', 'national-master', 'national', 'provincial', 'city', 'county')),
    add mentor_id          uuid   references institutions.practitioner (id) check (mentor_id <> id),
    add sites              text[] not null default '{}',
    add status             text   not null default 'active' check (status in ('active', 'suspended')),
    add suspended_reason   text,
    -- Who suspended: an institution does not undo what the authority did.
    add suspended_by       text   check (suspended_by in ('institution', 'authority')),
    -- The institution's, kept with it, so that a regulator's list is one range of an index.
    add region_code        text,
    add updated_at         timestamptz not null default now(),
    add grams              text[] not null generated always as (institutions.grams(name)) stored,
    add check ((status = 'suspended') = (suspended_reason is not null)),
    add check ((status = 'suspended') = (suspended_by is not null));

update institutions.practitioner p set region_code = i.region_code from institutions.institution i where i.id = p.institution_id;
alter table institutions.practitioner alter region_code set not null;

create index practitioner_in_order on institutions.practitioner (region_code collate "C", code collate "C");
create index practitioner_by_gram on institutions.practitioner using gin (grams);
create index practitioner_by_code on institutions.practitioner (code collate "C");
-- The pupils of a mentor.
create index practitioner_by_mentor on institutions.practitioner (mentor_id) where mentor_id is not null;
