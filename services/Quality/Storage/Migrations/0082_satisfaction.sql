-- Codes of the patients' pages as SHA-256: nobody's page can be opened from here.
create table quality.public_code (
    code_sha256     bytea not null primary key,
    prescription_id uuid  not null,
    centre_code     text  not null
);

-- What patients answer (满意度). One a prescription. Nothing of the sender is kept.
create table quality.satisfaction (
    prescription_id  uuid        not null primary key,
    institution_code text        not null,
    region_code      text        not null,
    centre_code      text        not null,
    day              date        not null,
    questionnaire    text        not null,
    -- By question, 1 to 5.
    answers          jsonb       not null,
    comment          text,
    -- waiting, shown or hidden; null without a comment
    comment_state    text check (comment_state in ('waiting', 'shown', 'hidden')),
    moderated_by     text,
    moderated_at     timestamptz,
    answered_at      timestamptz not null,
    changed_at       timestamptz not null,
    changes          int         not null default 0,
    check ((comment is null) = (comment_state is null))
);

create index satisfaction_institution on quality.satisfaction (institution_code, day);
create index satisfaction_centre on quality.satisfaction (centre_code, day);

-- What waits for somebody to read it.
create index satisfaction_comment on quality.satisfaction (answered_at, prescription_id) where comment_state = 'waiting';
