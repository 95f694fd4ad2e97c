-- What the pledgor declares of a patent's use besides its revenue: what the income, option and cost methods ask for.
alter table pledge_patent
  add column industry text check (length(industry) between 1 and 40),
  add column launch_value_minor bigint check (launch_value_minor > 0),
  add column development_cost_minor bigint check (development_cost_minor > 0),
  add column reproduction_cost_minor bigint check (reproduction_cost_minor > 0),
  add check ((launch_value_minor is null) = (development_cost_minor is null));
