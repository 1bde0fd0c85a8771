-- Cards given as advice while an order is written (CDS Hooks 2.0), and what the prescriber did about them. A card names a rule, not a patient.
create table prescriptions.cds_cards (
    id               uuid        not null primary key,
    service          text        not null,
    hook_instance    uuid        not null,
    institution_code text        not null,
    region_code      text        not null,
    rule_id          text        not null,
    severity         text        not null,
    release          text        not null,
    issued_at        timestamptz not null
);

create table prescriptions.cds_feedback (
    card_id         uuid        not null primary key references prescriptions.cds_cards on delete cascade,
    outcome         text        not null check (outcome in ('accepted', 'overridden')),
    reason_code     text,
    reason_system   text,
    comment         text,
    happened_at     timestamptz not null,
    told_by         text        not null,
    told_at         timestamptz not null
);

-- Cards are kept for ninety days; ids are UUIDv7, so what is old lies together.
create function prescriptions.tidy_cds_cards(before timestamptz) returns bigint language sql as $$
    with gone as (delete from prescriptions.cds_cards where id < prescriptions.first_id(before) returning 1) select count(*) from gone
$$;
