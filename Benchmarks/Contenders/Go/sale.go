package main

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
)

// A sale-recorded event, as far as settling it needs it.
type saleRecorded struct {
	SpecVersion   string `json:"specversion"`
	Id            string `json:"id"`
	Source        string `json:"source"`
	Type          string `json:"type"`
	CorrelationId string `json:"correlationid"`
	TraceParent   string `json:"traceparent"`
	Data          struct {
		SaleId  string `json:"saleId"`
		Regency string `json:"regency"`
		Tender  string `json:"tender"`
		Lines   []struct {
			LineId    string `json:"lineId"`
			ProductId string `json:"productId"`
			SellerId  string `json:"sellerId"`
			Quantity  int64  `json:"quantity"`
			Net       int64  `json:"net"`
		} `json:"lines"`
	} `json:"data"`
}

type shares struct {
	Net         int64 `json:"net"`
	SellerShare int64 `json:"sellerShare"`
	MartShare   int64 `json:"martShare"`
}

type postedLine struct {
	LineId    string `json:"lineId"`
	SellerId  string `json:"sellerId"`
	ProductId string `json:"productId"`
	shares
}

type posted struct {
	SpecVersion     string `json:"specversion"`
	Id              string `json:"id"`
	Source          string `json:"source"`
	Type            string `json:"type"`
	Subject         string `json:"subject"`
	Time            string `json:"time"`
	DataContentType string `json:"datacontenttype"`
	Regency         string `json:"regency"`
	CorrelationId   string `json:"correlationid"`
	CausationId     string `json:"causationid"`
	TraceParent     string `json:"traceparent"`
	Sequence        string `json:"sequence"`
	Data            struct {
		SettlementId string       `json:"settlementId"`
		SaleId       string       `json:"saleId"`
		Regency      string       `json:"regency"`
		Lines        []postedLine `json:"lines"`
		Totals       shares       `json:"totals"`
	} `json:"data"`
}

const postedType = "id.nttmart.settlement.settlement-posted.v1"

// A version 7 UUID.
func newId(now time.Time) string {
	var id [16]byte
	rand.Read(id[6:])
	binary.BigEndian.PutUint32(id[0:], uint32(now.UnixMilli()>>16))
	binary.BigEndian.PutUint16(id[4:], uint16(now.UnixMilli()))
	id[6] = id[6]&0x0F | 0x70
	id[8] = id[8]&0x3F | 0x80
	text := hex.EncodeToString(id[:])
	return text[0:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// The same trace with a span of its own.
func childOf(traceParent string) string {
	var span [8]byte
	rand.Read(span[:])
	return traceParent[:36] + hex.EncodeToString(span[:]) + traceParent[52:]
}

// The event that tells that a sale is settled, at 90 to 10.
func settle(sale *saleRecorded, sequence int64, now time.Time) posted {
	event := posted{
		SpecVersion: "1.0", Id: newId(now), Source: "/settlement", Type: postedType, Subject: sale.Data.SaleId,
		Time: now.UTC().Format("2006-01-02T15:04:05.000Z"), DataContentType: "application/json", Regency: sale.Data.Regency,
		CorrelationId: sale.CorrelationId, CausationId: sale.Id, TraceParent: childOf(sale.TraceParent),
		Sequence: fmt.Sprintf("%020d", sequence),
	}
	event.Data.SettlementId, event.Data.SaleId, event.Data.Regency = sale.Data.SaleId, sale.Data.SaleId, sale.Data.Regency
	for _, line := range sale.Data.Lines {
		mart := line.Net * 10 / 100
		parts := shares{line.Net, line.Net - mart, mart}
		event.Data.Lines = append(event.Data.Lines, postedLine{line.LineId, line.SellerId, line.ProductId, parts})
		event.Data.Totals.Net += parts.Net
		event.Data.Totals.SellerShare += parts.SellerShare
		event.Data.Totals.MartShare += parts.MartShare
	}
	return event
}
