-- A parcel's way to the patient's hand: where it is, who has it, what came of it. It is never nowhere: until it has ended somebody holds it.
alter table decoction.job
    drop constraint job_state_check,
    add constraint job_state_check check (
        state in ('waiting', 'soaking', 'decocting', 'packing', 'packed', 'shipped', 'delivered', 'scrapped', 'returned', 'lost'));

alter table decoction.parcel
    drop constraint parcel_check,
    add column state           text not null default 'ready'
        check (state in ('ready', 'shipped', 'counter', 'back', 'delivered', 'returned', 'lost')),
    -- The institution that has it: the centre, the courier's firm, the counter's. Null once it has ended.
    add column holder_code     text,
    -- The courier in person, where the hand-over names one; null: anybody of the firm.
    add column courier_id      text,
    add column courier_name    text,
    add column expected_by     timestamptz,
    add column attempts        int  not null default 0,
    -- Whether it travels cooled, and between which limits (hundredths of a degree Celsius).
    add column cold_chain      boolean not null default false,
    add column cold_from       int  not null default 200,
    add column cold_to         int  not null default 800,
    add column cold_breach_at  timestamptz,
    -- The prescription has ended while this was under way: whoever has it brings it back.
    add column recalled_reason text,
    add column outcome         text check (outcome in
        ('delivered', 'picked-up', 'refused', 'undeliverable', 'not-collected', 'damaged', 'quality', 'lost')),
    add column ended_at        timestamptz,
    -- When this row last changed hands or state: what lies too long is found by it.
    add column since           timestamptz not null default now(),
    add check (cold_from < cold_to);
update decoction.parcel p set
    state = case when delivered_at is not null then 'delivered' when shipped_at is not null then 'shipped' else 'ready' end,
    outcome = case when delivered_at is not null then 'delivered' end,
    ended_at = delivered_at,
    holder_code = case when delivered_at is null then j.centre_code end,
    courier_name = shipped_name,
    since = coalesce(delivered_at, shipped_at, ready_at)
from decoction.job j where j.prescription_id = p.prescription_id;
alter table decoction.parcel
    add constraint parcel_ended check ((state in ('delivered', 'returned', 'lost')) = (ended_at is not null and outcome is not null)),
    add constraint parcel_owned check ((state in ('delivered', 'returned', 'lost')) = (holder_code is null));

-- Who holds what: the courier's list, the counter's, the centre's.
create index parcel_held on decoction.parcel (holder_code, state, ready_at, prescription_id) where holder_code is not null;

-- Everything that was reported of a parcel, in the order it came; what came before its time waits here until that time.
create table decoction.parcel_entry (
    entry_id        bigint      not null generated always as identity primary key,
    prescription_id uuid        not null references decoction.parcel,
    -- The reporter's own name of the report, or what a person's act is known by: told again it is the same.
    report_key      text        not null check (length(report_key) between 1 and 128),
    action          text        not null,
    happened_at     timestamptz not null,
    by_subject      text        not null,
    by_name         text        not null,
    by_institution  text        not null,
    reason          text,
    detail          jsonb       not null default '{}',
    -- applied: it changed something; noted: it changed nothing; waiting: it came before what it follows.
    standing        text        not null check (standing in ('applied', 'noted', 'waiting')),
    recorded_at     timestamptz not null default now(),
    unique (prescription_id, report_key)
);
create index parcel_entry_waiting on decoction.parcel_entry (recorded_at) where standing = 'waiting';

-- An entry is never taken back; one that waited takes effect, or turns out to have none.
create function decoction.parcel_entry_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.standing = 'waiting' and new.standing in ('applied', 'noted')
       and (to_jsonb(new) - 'standing') = (to_jsonb(old) - 'standing') then
        return new;
    end if;
    raise exception 'parcel_entry is append-only' using errcode = 'integrity_constraint_violation';
end $$;
create trigger parcel_entry_stays before update or delete on decoction.parcel_entry
    for each row execute function decoction.parcel_entry_stays();
create trigger parcel_entry_stays_whole before truncate on decoction.parcel_entry
    for each statement execute function decoction.parcel_entry_stays();

-- Temperatures on the way; the first telling of a logger's moment stays.
create table decoction.parcel_reading (
    prescription_id uuid        not null references decoction.parcel,
    logger          text        not null,
    taken_at        timestamptz not null,
    centicelsius    int         not null check (centicelsius between -10000 and 20000),
    primary key (prescription_id, logger, taken_at)
);
