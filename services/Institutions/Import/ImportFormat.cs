using TcmBrain.Institutions.Practitioners;
using TcmBrain.Institutions.Register;

namespace TcmBrain.Institutions.Import;

/// <summary>Which columns a file has, and what request a row of it is.</summary>
internal sealed record ImportFormat<TRequest>(IReadOnlyList<Column> Columns, Func<Cells, TRequest> Read, Func<TRequest, string?> CodeOf);

internal static class ImportFormats
{
    public static readonly ImportFormat<InstitutionRequest> Institutions = new(
        [
            new("code", "统一社会信用代码", Required: true),
            new("nameZh", "机构名称", Required: true),
            new("nameEn", "英文名称", Required: true),
            new("kind", "机构类别", Required: true),
            new("ownership", "所有制"),
            new("level", "等级"),
            new("regionCode", "行政区划代码", Required: true),
            new("addressZh", "地址"),
            new("longitude", "经度"),
            new("latitude", "纬度"),
            new("licenceNumber", "许可证号"),
            new("licenceExpiresOn", "许可证有效期至"),
            new("beds", "床位数"),
            new("tcmHall", "中医馆"),
            new("departments", "诊疗科目"),
            new("attributes", "机构属性"),
        ],
        cells => new InstitutionRequest
        {
            Code = cells.Text("code"),
            NameZh = cells.Text("nameZh"),
            NameEn = cells.Text("nameEn"),
            Kind = InstitutionKinds.NameOf(cells.Text("kind")),
            Ownership = cells.Text("ownership") switch
            {
                "公立" => "public",
                "社会办" => "private",
                var other => other,
            },
            Level = cells.Text("level"),
            RegionCode = cells.Text("regionCode"),
            AddressZh = cells.Text("addressZh"),
            Longitude = cells.Number("longitude"),
            Latitude = cells.Number("latitude"),
            LicenceNumber = cells.Text("licenceNumber"),
            LicenceExpiresOn = cells.Date("licenceExpiresOn"),
            Beds = cells.Whole("beds"),
            TcmHall = cells.Flag("tcmHall"),
            // 50.17 or, with the institution's own name of it, 50.17=治未病科.
            Departments =
            [
                .. cells
                    .Many("departments")
                    .Select(text => text.Split('=', 2))
                    .Select(d => new DepartmentRequest(d[0], d.ElementAtOrDefault(1))),
            ],
            Attributes = InstitutionAttributes.Of(cells),
        },
        request => request.Code
    );

    public static readonly ImportFormat<PractitionerRequest> Practitioners = new(
        [
            new("code", "人员编号", Required: true),
            new("institutionCode", "机构统一社会信用代码", Required: true),
            new("name", "姓名", Required: true),
            new("category", "执业类别", Required: true),
            new("discipline", "医师类别"),
            new("generalPractice", "全科"),
            new("title", "职称"),
            new("licenceNumber", "执业证书编号"),
            new("licenceExpiresOn", "证书有效期至"),
            new("grade", "名医级别"),
            new("mentorCode", "师承导师编号"),
            new("sites", "多点执业机构"),
            new("mayPrescribeToxic", "毒性药品处方权"),
            new("mayPrescribeNarcotic", "麻醉药品处方权"),
        ],
        cells => new PractitionerRequest
        {
            Code = cells.Text("code"),
            InstitutionCode = cells.Text("institutionCode"),
            Name = cells.Text("name"),
            Category = cells.Text("category") switch
            {
                "医师" => "physician",
                "药师" => "pharmacist",
                "调剂员" => "dispenser",
                "煎药员" => "decoction-worker",
                var other => other,
            },
            Discipline = cells.Text("discipline") switch
            {
                "中医" => "tcm",
                "临床" => "clinical",
                "口腔" => "dental",
                "公共卫生" => "public-health",
                var other => other,
            },
            GeneralPractice = cells.Flag("generalPractice"),
            Title = cells.Text("title"),
            LicenceNumber = cells.Text("licenceNumber"),
            LicenceExpiresOn = cells.Date("licenceExpiresOn"),
            Grade = cells.Text("grade") switch
            {
                "国医大师" => "national-master",
                "全国名中医" => "national",
                "省名中医" => "provincial",
                "市名中医" => "city",
                "基层名中医" => "county",
                var other => other,
            },
            MentorCode = cells.Text("mentorCode"),
            Sites = cells.Many("sites"),
            MayPrescribeToxic = cells.Flag("mayPrescribeToxic"),
            MayPrescribeNarcotic = cells.Flag("mayPrescribeNarcotic"),
        },
        request => request.Code
    );
}
