-- Time-outs. valid_until is the prescription's own; collect_until the end of the patient's pick-up window. due_at is when the present state
-- runs out: set with every change of state, null where nothing runs out.
alter table prescriptions.prescriptions
    add column valid_until   timestamptz,
    add column collect_until timestamptz,
    add column due_at        timestamptz;
update prescriptions.prescriptions set valid_until = received_at + interval '3 days';
update prescriptions.prescriptions set due_at = valid_until where state in (3, 4, 5, 6);

-- What runs out next, over all institutions.
create index prescriptions_due on prescriptions.prescriptions (due_at) where due_at is not null;

-- Who reviews which (领审), so that two pharmacists never take the same one. A claim that is not renewed lapses by itself.
create table prescriptions.review_claims (
    prescription_id uuid        not null primary key,
    subject         text        not null,
    name            text        not null,
    claimed_at      timestamptz not null,
    claimed_until   timestamptz not null
);

-- The latest return to the prescriber (退回医师). The prescriber's answer is the signature that follows it.
create table prescriptions.review_returns (
    prescription_id uuid        not null primary key,
    pharmacist      text        not null,
    reason          text        not null,
    returned_at     timestamptz not null
);
