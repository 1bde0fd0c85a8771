-- 另煎 and 烊化 are work of its own beside the pot: begun, done, done again when a named person orders it, and joined before packing.
alter table decoction.step_action
    drop constraint step_action_pkey,
    -- Only what goes on for a while has a beginning (另煎).
    add column started_at    timestamptz,
    add column started_by    text,
    add column started_name  text,
    -- The deviation by whose decision it no longer counts.
    add column superseded_by uuid,
    alter column done_at   drop not null,
    alter column done_by   drop not null,
    alter column done_name drop not null,
    add check (done_at is not null or started_at is not null),
    add check (done_at > started_at),
    add check ((done_at is null) = (done_by is null)),
    add check ((started_at is null) = (started_by is null));
create unique index step_action_that_counts on decoction.step_action (prescription_id, handling, attempt) where superseded_by is null;

-- When what was wrong was made good: the work was done after all, or readings came again.
alter table decoction.deviation add column ended_at timestamptz;
