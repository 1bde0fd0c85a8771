using TcmBrain.Contracts;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.ServiceDefaults.Faults;
using ProtoRoute = TcmBrain.Contracts.Prescriptions.V1.Route;

namespace TcmBrain.Prescriptions.Push;

/// <summary>How much, how often, and where to: doses (剂数), usage (用法), fee (费别), delivery, validity.</summary>
internal static class CourseFormat
{
    /// <summary>《处方管理办法》 art. 18.</summary>
    private static readonly TimeSpan LongestValidity = TimeSpan.FromDays(3);

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(30);

    public static void Check(FaultList faults, Prescription p, DateTimeOffset now)
    {
        var before = faults.Faults.Count;
        faults.Range(p.Doses, "doses", 1, 99);
        faults.Range(p.DosesPerDay, "doses_per_day", 1, 6);
        faults.Range(p.PacksPerDose, "packs_per_dose", 1, 6);
        faults.Range(p.MillilitresPerPack, "millilitres_per_pack", 10, 1000);
        faults.Range(p.TimesPerDay, "times_per_day", 0, 12);
        faults.Require(p.MillilitresPerTime is 0 or (>= 5 and <= 1000), PrescriptionsFaults.OutOfRange, "millilitres_per_time", 5, 1000);
        if (faults.Faults.Count == before)
        {
            CheckTaken(faults, p);
        }

        faults.Require(p.FeeFen is >= 0 and <= 100_000_000, PrescriptionsFaults.OutOfRange, "fee_fen", 0, 100_000_000);
        faults.Require(p.FeeKind is >= FeeKind.SelfPaid and <= FeeKind.Other, PrescriptionsFaults.FeeKind, "fee_kind");
        faults.Require(p.Route is ProtoRoute.Oral or ProtoRoute.External, PrescriptionsFaults.Missing, "route");
        faults.Text(p.Usage, "usage", 256, required: true);
        faults.Require(!VagueWords.AreIn(p.Usage), PrescriptionsFaults.VagueUsage, "usage");
        faults.Text(p.LongCourseReason, "long_course_reason", 256, required: false);
        CheckDelivery(faults, p.Delivery, now);
        CheckValidity(faults, p, now);
    }

    /// <summary>What is taken in a day cannot be more than what is packed for it.</summary>
    private static void CheckTaken(FaultList faults, Prescription p)
    {
        if (p.Route != ProtoRoute.Oral || (p.TimesPerDay == 0 && p.MillilitresPerTime == 0))
        {
            return;
        }

        var packs = (long)p.PacksPerDose * p.DosesPerDay;
        var packed = packs * p.MillilitresPerPack;
        var taken = (p.TimesPerDay > 0 ? p.TimesPerDay : packs) * (p.MillilitresPerTime > 0 ? p.MillilitresPerTime : p.MillilitresPerPack);
        faults.Require(taken <= packed, PrescriptionsFaults.TakenAmount, "millilitres_per_time", taken, packed);
    }

    private static void CheckDelivery(FaultList faults, Delivery? delivery, DateTimeOffset now)
    {
        if (delivery is null)
        {
            faults.Add(PrescriptionsFaults.Missing, "delivery");
            return;
        }

        faults.Require(RegionCode.IsWellFormed(delivery.RegionCode), PrescriptionsFaults.Region, "delivery.region_code");
        switch (delivery.Kind)
        {
            case DeliveryKind.Unspecified or DeliveryKind.Courier:
                faults.Text(delivery.Address, "delivery.address", 256, required: true);
                break;
            case DeliveryKind.PickUp:
                faults.Text(delivery.Address, "delivery.address", 256, required: false);
                faults.Require(
                    InstitutionCode.IsValid(delivery.PickUpInstitution),
                    PrescriptionsFaults.Missing,
                    "delivery.pick_up_institution"
                );
                var (from, until) = (delivery.PickUpFrom, delivery.PickUpUntil);
                faults.Require(
                    FieldChecks.IsInstant(from)
                        && FieldChecks.IsInstant(until)
                        && until.ToDateTimeOffset() > from.ToDateTimeOffset()
                        && until.ToDateTimeOffset() > now
                        && until.ToDateTimeOffset() - from.ToDateTimeOffset() <= LongestWindow,
                    PrescriptionsFaults.PickUpWindow,
                    "delivery.pick_up_until"
                );
                break;
            default:
                faults.Add(PrescriptionsFaults.Missing, "delivery.kind");
                break;
        }
    }

    private static void CheckValidity(FaultList faults, Prescription p, DateTimeOffset now)
    {
        if (!FieldChecks.IsInstant(p.IssuedAt))
        {
            faults.Add(PrescriptionsFaults.Missing, "issued_at");
            return;
        }

        var issued = p.IssuedAt.ToDateTimeOffset();
        faults.Require(issued <= now + ClockSkew, PrescriptionsFaults.IssuedInFuture, "issued_at");
        var until = ValidUntil(p);
        faults.Require(until is not null && until <= issued + LongestValidity && until >= now, PrescriptionsFaults.Expired, "valid_until");
    }

    /// <summary>The end of validity: as written, else the end of the day of issue. Null when what is written is no instant.</summary>
    public static DateTimeOffset? ValidUntil(Prescription p) =>
        p.ValidUntil is null ? RegionTime.StartOf(RegionTime.DayOf(p.IssuedAt.ToDateTimeOffset()).AddDays(1))
        : FieldChecks.IsInstant(p.ValidUntil) ? p.ValidUntil.ToDateTimeOffset()
        : null;
}
