-- Making a month gives way to whoever works: sooner than the server looks for deadlocks (a second), so that the one to be ended is never a push
-- or a reader, and nobody waits behind it for longer. It is called again.
alter function prescriptions.maintain(timestamptz, int) set lock_timeout = '400ms';
