-- Goods that a patient brings back are found by the hospital's number: GET /api/pharmacy/handed-out. Written only when one is checked.
create index prescriptions_handed_out on pharmacy.prescriptions (his_number) where state = 'checked';
