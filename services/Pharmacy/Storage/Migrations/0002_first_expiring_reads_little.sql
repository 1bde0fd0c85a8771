-- The function's loop wants its first lots soon and seldom the rest: the planner shall never sort a whole shelf for them.
alter function pharmacy.first_expiring(text[], bigint[], date) set cursor_tuple_fraction = 0.001;
