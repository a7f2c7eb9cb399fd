"""The local cloud: moto and a discrete-event kernel on a virtual clock. Production code never imports it."""

from rehearsal.absent_services import leave_out

# Before any module of the rehearsal imports moto.
leave_out()
