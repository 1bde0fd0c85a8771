using Google.Protobuf.WellKnownTypes;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Integration.Client;

/// <summary>四君子汤, for a patient made up.</summary>
internal static class Sample
{
    public static Prescription Prescription(string hisNumber)
    {
        var prescription = new Prescription
        {
            HisNumber = hisNumber,
            Revision = 1,
            Patient = new Patient
            {
                IdentityNumber = "330102198506151211",
                Name = "王志远",
                Sex = Sex.Male,
                BirthDate = "1985-06-15",
                Pregnant = TriState.No,
                Lactating = TriState.No,
            },
            Visit = VisitKind.Outpatient,
            Department = "中医内科",
            SyndromeCode = "B04.03.01.03.01",
            SyndromeName = "脾气虚证",
            TreatmentPrinciple = "益气健脾",
            Prescriber = new Prescriber { PractitionerCode = "DTCM0000101", Name = "陈文清" },
            Doses = 7,
            DosesPerDay = 1,
            PacksPerDose = 2,
            MillilitresPerPack = 200,
            Route = Route.Oral,
            Decoct = true,
            Usage = "每日1剂,水煎400ml,分早晚两次温服",
            Delivery = new Delivery { RegionCode = "330102", Address = "解放路 1 号" },
            FeeFen = 12600,
            FeeKind = FeeKind.SelfPaid,
            IssuedAt = DateTimeOffset.UtcNow.ToTimestamp(),
        };
        foreach (var (name, grams) in new[] { ("党参", 9), ("麸炒白术", 9), ("茯苓", 9), ("炙甘草", 6) })
        {
            prescription.Lines.Add(new Line { Name = name, MilligramsPerDose = grams * 1000 });
        }

        return prescription;
    }
}
