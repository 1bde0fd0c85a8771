-- How it reaches the patient and how it is taken, as the check tells it; and the public code, by which the patient's page is found without
-- signing in: 128 random bits, so it cannot be guessed, and it says nothing of anybody.
alter table decoction.job
    add column public_code          text        check (public_code ~ '^[0-9a-z]{26,32}$'),
    add column pick_up_institution  text,
    add column pick_up_from         timestamptz,
    add column pick_up_until        timestamptz,
    add column usage_text           text        not null default '',
    add column times_per_day        int         check (times_per_day > 0),
    add column millilitres_per_time int         check (millilitres_per_time > 0),
    add column doses_per_day        int         not null default 1 check (doses_per_day > 0),
    add check ((pick_up_institution is null) = (pick_up_until is null)),
    add check (pick_up_from < pick_up_until);
update decoction.job set public_code = replace(gen_random_uuid()::text, '-', '');
alter table decoction.job alter column public_code set not null;

-- GET /api/decoction/public/{code}: the patient's page.
create unique index job_public_code on decoction.job (public_code);

-- Names for labels and pages, as the register tells them.
create table decoction.institution (
    code    text not null primary key,
    name_zh text not null,
    name_en text not null,
    version int  not null
);
