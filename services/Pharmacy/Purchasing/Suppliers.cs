using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Purchasing;

/// <summary>A supplier (供应商): a manufacturer of pieces in the register of institutions.</summary>
/// <param name="LicenceExpiresOn">The last day on which its licence holds; null when the register does not have it.</param>
internal sealed record Supplier(string Code, string NameZh, DateOnly? LicenceExpiresOn, bool Suspended)
{
    /// <summary>Nothing is bought of one without a licence in date. Holds through the last day that the licence names.</summary>
    public void CheckLicence(FaultList faults, string field, DateOnly today)
    {
        if (Suspended)
        {
            faults.Add(PharmacyFaults.SupplierSuspended, field, NameZh);
        }
        else if (LicenceExpiresOn is not { } until)
        {
            faults.Add(PharmacyFaults.SupplierLicenceMissing, field, NameZh);
        }
        else if (until < today)
        {
            faults.Add(PharmacyFaults.SupplierLicenceExpired, field, NameZh, until.Text());
        }
    }

    /// <param name="codeOrName">统一社会信用代码, or the name as registered</param>
    /// <returns>Null after a fault was added.</returns>
    public static async Task<Supplier?> FindAsync(
        Work work,
        string? codeOrName,
        string field,
        FaultList faults,
        DateOnly today,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            select code, name_zh, licence_expires_on, suspended from pharmacy.suppliers
            where code = $1 or name_zh = $1 order by suspended, licence_expires_on desc nulls last, code limit 1
            """,
            codeOrName ?? ""
        );
        var found = await command.ListAsync(
            r => new Supplier(r.GetString(0), r.GetString(1), r.IsDBNull(2) ? null : r.GetFieldValue<DateOnly>(2), r.GetBoolean(3)),
            cancellationToken
        );
        if (found.Count == 0)
        {
            faults.Add(PharmacyFaults.SupplierUnknown, field, (codeOrName ?? "")[..Math.Min(codeOrName?.Length ?? 0, 60)]);
            return null;
        }

        found[0].CheckLicence(faults, field, today);
        return found[0];
    }
}
