-- Who changed what, when, from what to what. Append-only.
create table institutions.change (
    subject_id uuid        not null,
    version    int         not null,
    subject    text        not null check (subject in ('institution', 'practitioner', 'consortium', 'region')),
    action     text        not null,
    at         timestamptz not null,
    -- Client id or user name, and the institution it acts for.
    actor      text        not null,
    actor_of   text        not null,
    -- [{"field": "nameZh", "from": …, "to": …}]
    changes    jsonb       not null,
    primary key (subject_id, version)
);

create function institutions.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the history of the register is append-only';
end $$;
create trigger change_append_only before update or delete or truncate on institutions.change
    for each statement execute function institutions.refuse_change();
