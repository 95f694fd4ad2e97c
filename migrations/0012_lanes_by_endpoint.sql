-- Each endpoint's longest due lanes are looked up apart, so that one with many holds up no other.
create index on lane (endpoint_id, due_at) where open > 0;
drop index lane_due_at_idx;
