-- What institutions decide for themselves about the audit (机构审方设置): each decision whole, signed, and kept for ever. The newest counts.
create table prescriptions.institution_policies (
    institution_code text        not null,
    version          int         not null check (version > 0),
    -- Rule to level, and name to the piece dispensed for it (处方应付).
    levels           jsonb       not null,
    customs          jsonb       not null,
    reason           text        not null,
    set_by           text        not null,
    set_at           timestamptz not null,
    changed          xid8        not null default pg_current_xact_id(),
    primary key (institution_code, version)
);
-- What changed since a snapshot: each replica asks every second.
create index institution_policies_changed on prescriptions.institution_policies (changed);
create trigger institution_policies_append_only before update or delete or truncate on prescriptions.institution_policies
    for each statement execute function prescriptions.refuse_change();
