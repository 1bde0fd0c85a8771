-- Attaching takes the net of each table for itself for a moment. In the order in which the feed reads them, history before prescriptions, so
-- that the two wait for each other and never for one another.
create or replace function prescriptions.make_month(month date) returns void language plpgsql as $$
declare
    suffix text := to_char(month, '"y"YYYY"m"MM');
    low uuid := prescriptions.first_id(month::timestamp at time zone 'utc');
    high uuid := prescriptions.first_id((month + interval '1 month')::timestamp at time zone 'utc');
begin
    -- A month that already has rows in the net stays there.
    if to_regclass('prescriptions.prescriptions_' || suffix) is not null
       or exists (select from prescriptions.history_rest where prescription_id >= low and prescription_id < high)
       or exists (select from prescriptions.prescriptions_rest where id >= low and id < high) then
        return;
    end if;
    execute format('create table prescriptions.history_%s (like prescriptions.history including defaults including constraints '
                   'including storage)', suffix);
    execute format('create table prescriptions.prescriptions_%s (like prescriptions.prescriptions including defaults including constraints '
                   'including storage) with (fillfactor = 90)', suffix);
    execute format('alter table prescriptions.history attach partition prescriptions.history_%s for values from (%L) to (%L)',
                   suffix, low, high);
    execute format('create trigger history_not_emptied before truncate on prescriptions.history_%s '
                   'for each statement execute function prescriptions.refuse_change()', suffix);
    execute format('alter table prescriptions.prescriptions attach partition prescriptions.prescriptions_%s for values from (%L) to (%L)',
                   suffix, low, high);
end $$;
