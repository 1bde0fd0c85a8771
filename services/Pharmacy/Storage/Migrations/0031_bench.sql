-- The bench (调剂台): each dose as it was weighed, what is packed apart, who stood by, who looked at what, and what was refused.

-- One row a dose and lot; dose 0 is a line weighed whole and divided (递减分戥). An attempt counts the times that it was taken up anew.
create table pharmacy.weighings (
    prescription_id uuid        not null references pharmacy.prescriptions,
    attempt         int         not null,
    line_number     int         not null,
    dose            int         not null check (dose >= 0),
    lot_id          uuid        not null,
    milligrams      bigint      not null check (milligrams > 0),
    -- Null: entered by hand.
    scale           text,
    weighed_by      text        not null,
    weighed_by_name text        not null,
    weighed_at      timestamptz not null,
    primary key (prescription_id, attempt, line_number, dose, lot_id)
);

-- 先煎、后下、包煎、另煎 and the like in bags of their own, each with its label.
create table pharmacy.packs (
    prescription_id uuid        not null references pharmacy.prescriptions,
    attempt         int         not null,
    handling        text        not null,
    label           text        not null,
    packed_by       text        not null,
    packed_at       timestamptz not null,
    primary key (prescription_id, attempt, handling)
);

-- The second person at a toxic or narcotic piece (双人).
create table pharmacy.witnesses (
    prescription_id uuid        not null references pharmacy.prescriptions,
    attempt         int         not null,
    line_number     int         not null,
    witness         text        not null,
    witness_name    text        not null,
    witnessed_at    timestamptz not null,
    primary key (prescription_id, attempt, line_number)
);

-- What the checker (复核) confirmed, item by item.
create table pharmacy.item_checks (
    prescription_id uuid        not null references pharmacy.prescriptions,
    attempt         int         not null,
    line_number     int         not null,
    checker         text        not null,
    photo           text,
    checked_at      timestamptz not null,
    primary key (prescription_id, attempt, line_number)
);

-- What a checker sent back, and why.
create table pharmacy.send_backs (
    id              uuid        not null primary key,
    prescription_id uuid        not null references pharmacy.prescriptions,
    centre_code     text        not null,
    line_number     int         not null,
    reason          text        not null,
    checker         text        not null,
    checker_name    text        not null,
    sent_at         timestamptz not null
);
create index send_backs_by_centre on pharmacy.send_backs (centre_code, sent_at);

-- Each refusal at the bench (差错拦截), to be counted.
create table pharmacy.refusals (
    id              uuid        not null primary key,
    centre_code     text        not null,
    code            text        not null,
    person          text        not null,
    person_name     text        not null,
    prescription_id uuid        not null,
    refused_at      timestamptz not null
);
create index refusals_by_centre on pharmacy.refusals (centre_code, refused_at);

-- What lay on a tray when a reservation was broken. The ledger has it on the shelf again; somebody has to put it there or write it off.
create table pharmacy.trays (
    id              uuid        not null primary key default gen_random_uuid(),
    prescription_id uuid        not null,
    his_number      text        not null,
    centre_code     text        not null,
    line_number     int         not null,
    lot_id          uuid        not null references pharmacy.lots,
    milligrams      bigint      not null check (milligrams > 0),
    cleared_at      timestamptz not null,
    outcome         text        check (outcome in ('returned', 'lost')),
    settled_by      text,
    settled_by_name text,
    settled_at      timestamptz,
    reason          text
);
create index trays_waiting on pharmacy.trays (centre_code, cleared_at) where outcome is null;

-- The last reading of each scale: a reading is worth nothing a moment later.
create unlogged table pharmacy.scales (
    centre_code text        not null,
    scale       text        not null,
    milligrams  bigint      not null,
    stable      boolean     not null,
    taken_at    timestamptz not null,
    primary key (centre_code, scale)
);

-- 毒性、麻醉中药专用账册: one row a line handed out, with the two that weighed and the one that checked. Append-only.
create table pharmacy.controlled_register (
    id               bigint      generated always as identity primary key,
    centre_code      text        not null,
    kind             text        not null check (kind in ('toxic', 'narcotic')),
    occurred_at      timestamptz not null,
    prescription_id  uuid        not null,
    his_number       text        not null,
    institution_code text        not null,
    line_number      int         not null,
    piece            text        not null,
    lot_id           uuid        not null,
    lot_number       text        not null,
    milligrams       bigint      not null check (milligrams > 0),
    -- What of the piece the centre still answers for afterwards: quarantine, available and reserved.
    balance          bigint      not null check (balance >= 0),
    dispenser        text        not null,
    dispenser_name   text        not null,
    witness          text        not null check (witness <> dispenser),
    witness_name     text        not null,
    checker          text        not null check (checker <> dispenser),
    checker_name     text        not null,
    recorded_at      timestamptz not null default now(),
    unique (prescription_id, line_number, lot_id)
);
create index controlled_register_by_centre on pharmacy.controlled_register (centre_code, occurred_at);

create trigger controlled_register_append_only before update or delete or truncate on pharmacy.controlled_register
    for each statement execute function pharmacy.refuse_change();

-- A checker may send a prescription back to the bench: what was dispensed is reserved again. Added to whatever kinds there are.
do $$
declare
    definition text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'movements_kind_check');
begin
    execute 'alter table pharmacy.movements drop constraint movements_kind_check';
    execute 'alter table pharmacy.movements add constraint movements_kind_check '
        || replace(definition, 'ARRAY[', 'ARRAY[''send-back''::text, ');
end $$;
