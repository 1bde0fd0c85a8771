-- The register as events tell it: an entry and its standing come in any order, so each half has its own version.
alter table prescriptions.institutions
    add standing_version int  not null default 0,
    add changed          xid8 not null default pg_current_xact_id();
update prescriptions.institutions set standing_version = version;

alter table prescriptions.practitioners
    add suspended        boolean not null default false,
    add standing_version int     not null default 0,
    add changed          xid8    not null default pg_current_xact_id();

-- What changed since a snapshot.
create index institutions_changed on prescriptions.institutions (changed);
create index practitioners_changed on prescriptions.practitioners (changed);

-- Every replica holds these tables in memory: it hears of a change when that is committed, and reads what changed.
create function prescriptions.tell_register() returns trigger language plpgsql as $$
begin
    new.changed := pg_current_xact_id();
    perform pg_notify('prescriptions_register', '');
    return new;
end $$;
create trigger tell_register before insert or update on prescriptions.institutions
    for each row execute function prescriptions.tell_register();
create trigger tell_register before insert or update on prescriptions.practitioners
    for each row execute function prescriptions.tell_register();
