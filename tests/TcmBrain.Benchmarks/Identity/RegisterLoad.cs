using System.Globalization;
using System.Text;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.Benchmarks.Identity;

/// <summary>Invented names in the proportions of real ones: few words in most names of institutions, few family names, many given names.</summary>
internal sealed class RegisterLoad(int seed)
{
    private const string Families = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾";
    private const string Given = "文清若兰子衡思远雨桐景行知白书宁云舟秋实半夏明华建国志强秀英桂芳丽敏静芝参苓术归芎芍";
    private const string Places = "钱江运河西溪湘湖良渚富春天目超山下沙桐君千岛新安丹溪龙井虎跑玉泉灵峰吴山凤凰南屏";
    private static readonly string[] Words = ["中医诊所", "中医门诊部", "社区卫生服务站", "中西医结合诊所", "国医堂", "中医馆", "村卫生室"];
    private static readonly string[] Latin = ["Clinic", "Health Station", "TCM Hall", "Herbal Clinic", "Family Practice"];
    private static readonly string[] Counties =
    [
        .. DemoRegion.Areas.Where(a => !a.Code.EndsWith("00", StringComparison.Ordinal)).Select(a => a.Code),
    ];

    public byte[] InstitutionFile(int count)
    {
        var random = new Random(seed);
        var file = new StringBuilder("code,nameZh,nameEn,kind,ownership,regionCode,addressZh,licenceNumber,licenceExpiresOn,departments\n");
        for (var i = 0; i < count; i++)
        {
            var region = Counties[i % Counties.Length];
            file.Append(CodeOf(region, i))
                .Append(',')
                .Append(Place(random))
                .Append(Syllables(random, Given, 2))
                .Append(Words[random.Next(Words.Length)]);
            file.Append(",Bench ").Append(Latin[random.Next(Latin.Length)]).Append(' ').Append(i);
            file.Append(",clinic,")
                .Append(i % 3 == 0 ? "public" : "private")
                .Append(',')
                .Append(region)
                .Append(",示范路")
                .Append(i)
                .Append('号');
            file.Append(",PDY").Append(i).Append(",2099-12-31,50.01;50.13\n");
        }

        return Encoding.UTF8.GetBytes(file.ToString());
    }

    /// <summary>As people type: two characters, a longer part, Latin, the beginning of a code.</summary>
    public string InstitutionSearch(int nth)
    {
        var random = new Random(seed + nth);
        return (nth % 6) switch
        {
            0 => Syllables(random, Given, 2),
            1 => "中医",
            2 => Place(random) + Syllables(random, Given, 2),
            3 => Syllables(random, Given, 2) + Words[random.Next(Words.Length)][..2],
            4 => Latin[random.Next(Latin.Length)] + " " + random.Next(100_000).ToString(CultureInfo.InvariantCulture),
            _ => CodeOf(Counties[random.Next(Counties.Length)], random.Next(100_000))[..14],
        };
    }

    public string PractitionerSearch(int nth)
    {
        var random = new Random(seed - nth);
        return (nth % 5) switch
        {
            0 => Families[random.Next(Families.Length)] + Syllables(random, Given, 2),
            1 => Syllables(random, Given, 2),
            2 => Families[random.Next(Families.Length)].ToString(),
            3 => Families[random.Next(Families.Length)] + Syllables(random, Given, 1),
            _ => string.Create(CultureInfo.InvariantCulture, $"B{random.Next(1_000_000):0000000}")[..6],
        };
    }

    /// <summary>People of all institutions there are, ten to each of them at a million.</summary>
    public static async Task PractitionersAsync(NpgsqlDataSource database, int count, CancellationToken cancellationToken)
    {
        string[] steps =
        [
            "drop index institutions.practitioner_by_gram",
            $"""
                insert into institutions.practitioner
                    (id, code, institution_id, region_code, name, category, title, may_prescribe_toxic, may_prescribe_narcotic, version)
                with place as materialized (select id, region_code, row_number() over (order by code) - 1 as nth from institutions.institution),
                places as materialized (select count(*) as n from place)
                select gen_random_uuid(), 'B' || lpad(i::text, 7, '0'), p.id, p.region_code,
                       substr('{Families}', (1 + i * 7919 % {Families.Length})::int, 1)
                       || substr('{Given}', (1 + i * 104729 % {Given.Length})::int, 1)
                           || substr('{Given}', (1 + i / 41 % {Given.Length})::int, 1),
                       case i % 4 when 0 then 'pharmacist' else 'physician' end, '主治中医师', i % 4 > 0, false, 1
                from generate_series(0::bigint, {count - 1}) i cross join places join place p on p.nth = i % places.n
                """,
            "create index practitioner_by_gram on institutions.practitioner using gin (grams)",
            "vacuum analyze institutions.practitioner",
            "vacuum analyze institutions.institution",
        ];
        foreach (var step in steps)
        {
            await using var command = database.CreateCommand(step);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static string Place(Random random) => Places.Substring(random.Next(Places.Length / 2) * 2, 2);

    private static string Syllables(Random random, string from, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => from[random.Next(from.Length)]));

    private static string CodeOf(string region, int nth)
    {
        var first17 = string.Create(CultureInfo.InvariantCulture, $"52{region}MB{nth:000000}X");
        return first17 + InstitutionCode.CheckCharacter(first17);
    }
}
