-- Releases of the audit: catalogue and policy as one archive, proposed by one person and published by another. The newest publication
-- answers; before the first, the release that the build was made with does.
create table prescriptions.releases (
    number      bigint      not null generated always as identity primary key,
    name        text        not null,
    archive     bytea       not null,
    base_name   text        not null,
    difference  text        not null,
    changes     int         not null,
    loosening   int         not null,
    note        text        not null,
    proposed_by text        not null,
    proposed_at timestamptz not null,
    decided_by  text,
    decided_at  timestamptz,
    reason      text,
    publication bigint,
    constraint two_people check (decided_by <> proposed_by or publication is null),
    constraint decided_whole check ((decided_by is null) = (decided_at is null) and (publication is null or decided_at is not null))
);
-- Which one answers: each replica asks every second.
create unique index releases_published on prescriptions.releases (publication desc) where publication is not null;
create sequence prescriptions.release_publications;

-- What was published stays as it was; a proposal is decided once.
create function prescriptions.keep_decided_release() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or old.decided_at is not null
       or (new.archive, new.name, new.difference, new.proposed_by) is distinct from (old.archive, old.name, old.difference, old.proposed_by) then
        raise exception 'releases of the audit are append-only';
    end if;
    return new;
end $$;
create trigger releases_kept before update or delete on prescriptions.releases
    for each row execute function prescriptions.keep_decided_release();
