-- What lay on the scale for the line that a checker sent back: the weighing itself is made anew.
alter table pharmacy.send_backs add column milligrams bigint;

-- True when the line came in one report and was checked as a whole.
alter table pharmacy.weighings add column whole boolean not null default false;
