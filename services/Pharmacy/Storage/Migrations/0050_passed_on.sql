-- What the approval says for the decoction room only (pick-up window, how to take it): told on with the check, never read here.
alter table pharmacy.prescriptions add column passed_on jsonb;
