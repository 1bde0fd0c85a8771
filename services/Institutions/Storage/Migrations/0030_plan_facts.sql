-- What regional plans count beside what stood in the register: attributes of institutions, the class of a physician's licence.
alter table institutions.institution
    drop constraint if exists institution_kind_check,
    drop constraint if exists institution_kind_check1,
    add constraint institution_kind_check check (kind in ('hospital', 'tcm-hospital', 'community', 'station', 'clinic', 'pharmacy', 'decoction',
        'quality', 'manufacturer', 'planting', 'venue', 'tourism', 'regulator', 'operator')),
    -- {"emr-level": 5}; what is not there is 0.
    add attributes jsonb not null default '{}';

alter table institutions.practitioner
    add discipline       text    not null default '' check (discipline in ('', 'tcm', 'clinical', 'dental', 'public-health')),
    add general_practice boolean not null default false;

-- A title such as 主任中医师 says the class of the licence; of the others nothing is known until somebody enters it.
update institutions.practitioner set discipline = 'tcm' where category = 'physician' and title like '%中医%';

-- What was told before this is told once more, in events that say more (Register/Retelling.cs); regions of before were never told.
create table institutions.retelling (
    shape   int         not null primary key,
    up_to   timestamptz not null,
    done_at timestamptz
);
insert into institutions.retelling (shape, up_to) values (1, now());
